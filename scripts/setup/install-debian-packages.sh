#!/bin/sh
# Usage, as root: install-debian-packages.sh PACKAGE...
# Installs Debian packages without letting them start services, now or at the next boot: the lab starts
# its own copies on free ports. Safe to interrupt and to run again.
set -eu

guard=/usr/sbin/policy-rc.d
mark='# Written by the set-up of Outdial for the time of one installation.'

# One installation at a time on this machine: the guard belongs to whoever holds this.
exec 9>/run/lock/outdial-debian-packages.lock
flock 9

# Written by us and left by a run that was killed: it is ours to remove. Anybody else's stays as it is.
if [ ! -e "$guard" ] || grep -qF "$mark" "$guard"; then
  trap 'rm -f "$guard"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$guard.new"
  chmod 755 "$guard.new"
  mv "$guard.new" "$guard"
fi

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

new_services=
for service in redis-server kamailio postgresql; do
  is_installed "$service" || new_services="$new_services $service"
done

export DEBIAN_FRONTEND=noninteractive
options='-q -y --no-install-recommends -o DPkg::Lock::Timeout=300'

# A download may be stopped anywhere. What dpkg writes is finished first: a session of its own keeps Ctrl-C
# from it, and this shell acts on the signal once dpkg is done.
apt-get update -q || echo "apt-get update failed; trying with the package lists that are here"
if [ -n "$(dpkg --audit)" ]; then
  setsid -w dpkg --configure -a
fi
# shellcheck disable=SC2086 # the options are words
apt-get install $options --download-only "$@"
setsid -w apt-get install $options --no-download "$@"

if command -v systemctl >/dev/null; then
  for service in $new_services; do
    systemctl disable "$service" || true
  done
fi
