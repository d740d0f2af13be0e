#!/bin/sh
# Installs Rust for a builder that has none: `tools/rustup.sh [toolchain]`. The installer is held against the
# hash that https://static.rust-lang.org/rustup/archive/<version>/<host>/rustup-init.sha256 publishes; what it then installs it
# verifies itself.
set -eu
version=1.28.2
toolchain=1.95.0
host="$(uname -m)-unknown-linux-gnu"
case $host in
  x86_64-*) sha256=20a06e644b0d9bd2fbdbfd52d42540bdde820ea7df86e92e533c073da0cdd43c ;;
  aarch64-*) sha256=e3853c5a252fca15252d07cb23a1bdd9377a8c6f3efa01531109281ae47f841c ;;
  *) echo "rustup.sh: no hash is known for $host" >&2; exit 1 ;;
esac
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
curl --fail --silent --show-error --location --output "$directory/rustup-init" \
  "https://static.rust-lang.org/rustup/archive/$version/$host/rustup-init"
echo "$sha256  $directory/rustup-init" | sha256sum --check --quiet
chmod +x "$directory/rustup-init"
"$directory/rustup-init" -y --quiet --no-modify-path --profile minimal --default-toolchain "${1:-$toolchain}"
