kubectl wait deployment/cert-manager
