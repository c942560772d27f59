#!/bin/sh
# Stands in for the store's client and the store: keeps buckets, users and policies as files below $FAKE and writes every
# call, word by word, to $FAKE/calls. It has the shell and core utilities that the client's own image has.
set -eu

printf 'mc %s\n' "$*" >>"$FAKE/calls"
words=
for word in "$@"; do
  case "$word" in
    --quiet) ;;
    *) words="$words $word" ;;
  esac
done
# shellcheck disable=SC2086 # nothing here has blanks
set -- $words

refuse() {
  echo "mc: <ERROR> $1" >&2
  exit 1
}

# The last word is the target, `store/<bucket>`.
target=
for word in "$@"; do target=$word; done
bucket="$FAKE/buckets/${target#store/}"

if [ -e "$FAKE/fail" ]; then
  wanted=
  read -r wanted <"$FAKE/fail"
  case "$*" in *"$wanted"*) refuse "told to fail" ;; esac
fi

case "$*" in
  "alias set store "*)
    read -r user
    read -r password
    printf '%s %s\n' "$user" "$password" >"$FAKE/alias"
    ;;
  "ls store")
    read -r alias <"$FAKE/alias"
    read -r root <"$FAKE/root"
    [ "$alias" = "$root" ] || refuse "the Access Key Id you provided does not exist"
    ;;
  "mb --ignore-existing --with-lock --region "*)
    [ -d "$bucket" ] || { mkdir -p "$bucket" && : >"$bucket/locked"; }
    ;;
  "mb --ignore-existing --region "*) mkdir -p "$bucket" ;;
  "version enable store/"*)
    [ -d "$bucket" ] || refuse "no bucket"
    echo enabled >"$bucket/versions"
    ;;
  "retention set --default GOVERNANCE "*)
    [ -e "$bucket/locked" ] || refuse "Object Lock configuration cannot be enabled on existing buckets."
    printf '%s\n' "$5" >"$bucket/locked"
    ;;
  "ilm rule import store/"*) cat >"$bucket/rules" ;;
  "quota clear store/"*) rm -f "$bucket/quota" ;;
  "quota set store/"*) printf '%s\n' "$5" >"$FAKE/buckets/${3#store/}/quota" ;;
  "admin policy create store "*) cat "$6" >"$FAKE/policies/$5" ;;
  "admin user add store")
    read -r key
    read -r secret
    [ -d "$FAKE/users/$key" ] || mkdir -p "$FAKE/users/$key/policies"
    printf '%s\n' "$secret" >"$FAKE/users/$key/secret"
    ;;
  "admin policy attach store "*)
    [ -e "$FAKE/policies/$5" ] || refuse "no policy $5"
    : >"$FAKE/users/$7/policies/$5"
    ;;
  "admin policy detach store "*) rm "$FAKE/users/$7/policies/$5" ;;
  "admin user remove store "*) rm -r "$FAKE/users/$5" ;;
  "--json admin user list store")
    for user in "$FAKE"/users/*; do
      [ -e "$user" ] || continue
      held=
      for policy in "$user"/policies/*; do
        [ -e "$policy" ] || continue
        held="$held${held:+,}${policy##*/}"
      done
      printf '{"status":"success","accessKey":"%s",%s"userStatus":"enabled"}\n' "${user##*/}" "${held:+\"policyName\":\"$held\",}"
    done
    ;;
  "--json admin policy list store")
    for policy in readonly readwrite "$FAKE"/policies/*; do
      printf '{"status":"success","policy":"%s","isGroup":false}\n' "${policy##*/}"
    done
    ;;
  "admin policy remove store "*)
    for user in "$FAKE"/users/*; do
      [ ! -e "$user/policies/$5" ] || refuse "the policy is in use"
    done
    rm "$FAKE/policies/$5"
    ;;
  *)
    echo "mc: not known to the stand-in: $*" >&2
    exit 64
    ;;
esac
