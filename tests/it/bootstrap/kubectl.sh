#!/usr/bin/env bash
# Stands in for kubectl: keeps objects as files below $FAKE and writes every call, word by word, to $FAKE/calls.
set -euo pipefail

printf '%q ' kubectl "$@" >>"$FAKE/calls"
printf '\n' >>"$FAKE/calls"

context=
words=()
while [ "$#" -gt 0 ]; do
  case "$1" in
    --context)
      context=$2
      shift
      ;;
    *) words+=("$1") ;;
  esac
  shift
done
set -- "${words[@]}"

namespace=
selector=
file=
output=
previous=
for word in "$@"; do
  case "$previous" in
    -n) namespace=$word ;;
    -f | -k) file=$word ;;
    -l) selector=$word ;;
    -o) output=$word ;;
  esac
  previous=$word
done

# The value of a key that stands in a line of its own.
value() {
  sed -n "s/^ *$1: *//p" "$2" | head -n 1 | tr -d '"'
}

store() {
  local object="$FAKE/objects/$1"
  if [ -e "$object" ]; then
    echo "Error from server (AlreadyExists): $1 already exists" >&2
    exit 1
  fi
  cat >"$object"
}

case "$1 $2" in
  "config current-context") cat "$FAKE/current-context" ;;
  "config view")
    grep -qxF -- "$context" "$FAKE/contexts" || exit 1
    case "$output" in
      *server*) echo "https://$context.invalid" ;;
      *) echo "$context" ;;
    esac
    ;;
  "get configmap")
    [ ! -e "$FAKE/objects/configmap.$namespace.$3" ] || cat "$FAKE/objects/configmap.$namespace.$3"
    ;;
  "get namespace") [ ! -e "$FAKE/objects/namespace.$3" ] || echo "namespace/$3" ;;
  "get secrets")
    # As kubectl lists them: of one namespace, as JSON or, of those with a label, one key of each.
    first=yes
    [ "$output" != json ] || printf '{"apiVersion": "v1", "kind": "List", "items": ['
    for object in "$FAKE/objects/secret.$namespace."*; do
      [ -e "$object" ] || continue
      if [ "$output" != json ]; then
        ! grep -q "${selector%%=*}" "$object" || value 'tls\.crt' "$object"
        continue
      fi
      [ "$first" = yes ] || printf ', '
      first=no
      printf '{"kind": "Secret", "metadata": {"namespace": "%s", "name": "%s"}, "data": {%s}}' \
        "$namespace" "$(value name "$object")" \
        "$(sed -n '/^data:/,$ s/^  \([^ ]*\): \(".*"\)$/"\1": \2/p' "$object" | paste -sd, -)"
    done
    [ "$output" != json ] || printf ']}\n'
    ;;
  "get deployment") [ ! -e "$FAKE/controller" ] || echo "deployment.apps/$3" ;;
  "get deployments") ;;
  "get deployments,statefulsets") printf 'deployment.apps/argocd-server\nstatefulset.apps/argocd-application-controller\n' ;;
  "get application") ;;
  "create configmap") store "configmap.$namespace.$3" <<<"${6#--from-literal=cell=}" ;;
  "create -f")
    manifest=$(mktemp -d "$FAKE/manifest.XXXXXX")
    awk -v folder="$manifest" '/^---$/ { n++; next } { print > (folder "/" (n + 0)) }'
    for part in "$manifest"/*; do
      kind=$(value kind "$part" | tr '[:upper:]' '[:lower:]')
      name=$(value name "$part")
      in=$(value namespace "$part")
      store "$kind.${in:+$in.}$name" <"$part"
    done
    rm -r "$manifest"
    ;;
  apply\ *)
    if [ "$file" = - ]; then
      cat >"$FAKE/objects/applied"
    elif [ ! -e "$file" ]; then
      echo "error: the path \"$file\" does not exist" >&2
      exit 1
    fi
    ;;
  "delete jobs" | "wait "* | "rollout status" | "rollout restart" | "patch deployment/"*) ;;
  *)
    echo "the fake kubectl does not know: $*" >&2
    exit 64
    ;;
esac
