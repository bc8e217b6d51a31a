#!/usr/bin/env bash
# bare_debian.sh FOLDER [command...]
#
# Repeats the README on a machine that has nothing: a minimal Debian in FOLDER/run, made anew from
# FOLDER/base (which debootstrap makes once), with this checkout in it. Without commands it runs
# `make demo` and `make test`. Prints the time of every step. Needs root and debootstrap.
#   SUITE=bookworm MIRROR=URL    what to make FOLDER/base from; without MIRROR debootstrap chooses
# Taken over from here: http_proxy, https_proxy, no_proxy, PIP_*, KAM_*, and the certificates of
# SSL_CERT_FILE or PIP_CERT where set. What was built stays in FOLDER/run to be looked at.
set -euo pipefail

if [[ $# -eq 0 || $(id -u) != 0 ]]; then
  sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
# Mounts of our own, which vanish with this process.
if [[ ${KAM_BARE_UNSHARED:-} != 1 ]]; then
  KAM_BARE_UNSHARED=1 exec unshare --mount --propagation private "$0" "$@"
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
base=$folder/base
run=$folder/run
first_line="apt-get update && apt-get install -y make git python3-venv"
[[ $# -gt 0 ]] || set -- "make demo" "make test"

if [[ ! -e $base/etc/debian_version ]]; then
  debootstrap --variant=minbase "${SUITE:-bookworm}" "$base" ${MIRROR:+"$MIRROR"}
fi

rm -rf --one-file-system "$run"
cp -a "$base" "$run"
mount -t proc proc "$run/proc"
mount --rbind /dev "$run/dev"
cp -L /etc/resolv.conf "$run/etc/resolv.conf"

# The checkout as it stands: tracked and new files, nothing that git ignores.
mkdir -p "$run/kam"
git -C "$root" ls-files -z --cached --others --exclude-standard |
  (cd "$root" && while IFS= read -r -d '' file; do
    if [[ -e $file ]]; then printf '%s\0' "$file"; fi
  done) | tar -C "$root" --null -T - -cf - | tar -C "$run/kam" -xf -

passed_on=(HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
while IFS= read -r variable; do
  passed_on+=("$variable")
done < <(env | grep -E '^((http|https|no)_proxy|PIP_[A-Z_]+|KAM_[A-Z_]+)=' |
  grep -v -E '^(PIP_CERT|PIP_FIND_LINKS|KAM_BARE_UNSHARED)=')
bundle=${SSL_CERT_FILE:-${PIP_CERT:-}}
if [[ -n $bundle ]]; then
  mkdir -p "$run/usr/local/share"
  cp -L "$bundle" "$run/usr/local/share/certificates.pem"
  passed_on+=(SSL_CERT_FILE=/usr/local/share/certificates.pem
    PIP_CERT=/usr/local/share/certificates.pem)
fi

status=0
for command in "$first_line" "$@"; do
  echo "==> $command"
  start=$SECONDS
  chroot "$run" /usr/bin/env -i "${passed_on[@]}" bash -c "cd /kam && $command" </dev/null ||
    status=$?
  echo "==> $command: exit $status after $((SECONDS - start)) s"
  [[ $status == 0 ]] || break
done
exit $status
