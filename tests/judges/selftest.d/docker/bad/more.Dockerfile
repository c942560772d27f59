FROM debian
ADD x y
USER root
