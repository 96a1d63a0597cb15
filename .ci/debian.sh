# Debian's packages unpacked into $folder, installing nothing. To be sourced with `folder` set.

mkdir -p "$folder/bin" "$folder/packages"
folder=$(cd "$folder" && pwd)

# Brings the package lists up to date, once, where we may: old ones name packages that are gone.
lists() {
  if [ -z "${listed:-}" ] && [ "$(id -u)" = 0 ]; then apt-get update -qq || true; fi
  listed=yes
}

# What is missing to run package $1, this one included.
missing() {
  apt-get install --simulate --no-install-recommends "$1" 2>/dev/null | awk '/^Inst/ { print $2 }'
}

# Fetches the packages and unpacks them into $folder/root.
unpack() {
  (cd "$folder/packages" && apt-get download -qq -o APT::Sandbox::User=root "$@") || return
  for each in "$folder"/packages/*.deb; do dpkg -x "$each" "$folder/root" || return; done
  rm "$folder"/packages/*.deb
}

# The folders of the unpacked libraries, as LD_LIBRARY_PATH has them.
libraries() {
  find "$folder/root" -path '*/lib/*' -name '*.so*' -printf '%h\n' | sort -u | paste -sd:
}

# Makes $folder/bin/$1, which finds the unpacked libraries and runs the unpacked file $2.
wrapper() {
  cat >"$folder/bin/$1" <<WRAPPER
#!/bin/sh
LD_LIBRARY_PATH='$(libraries)' exec '$folder/root/$2' "\$@"
WRAPPER
  chmod +x "$folder/bin/$1"
}

# Where program $1 of package $2 is missing: makes $folder/bin/$1, which finds the unpacked libraries and runs
# the unpacked file $3 (default: usr/bin/$1).
program() {
  local name=$1 package=$2 file=${3:-usr/bin/$1} packages
  command -v "$name" >/dev/null && return
  lists
  packages=$(missing "$package")
  [ -n "$packages" ] || return 1
  # shellcheck disable=SC2086 # a list
  unpack $packages || return
  wrapper "$name" "$file"
}
