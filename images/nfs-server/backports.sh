#!/bin/sh
# Adds the release's backports suite, for packages that only it has in a new
# enough version. Derived from the sources that the image already has, so that a
# mirror chosen by whoever made the base image is kept, and none is named here.
# Run by the Dockerfile beside it.
set -eu
. /etc/os-release
suite="${VERSION_CODENAME:?the base image does not say which release it is}"
cd /etc/apt

# One line a source ("deb URI SUITE COMPONENTS"), as debootstrap writes it.
if [ -f sources.list ]; then
    sed -En "s/^(deb .*[^ ]) +$suite +(.+)\$/\1 $suite-backports \2/p" sources.list > sources.list.d/backports.list
fi

# A paragraph a source (deb822), as Debian's own container images have it.
for file in sources.list.d/*.sources; do
    [ -f "$file" ] || continue
    awk -v RS= -v ORS='\n\n' -v suite="$suite" '
        /(^|\n)Suites:/ {
            line = $0
            sub(/(^|.*\n)Suites:/, "", line)
            sub(/\n.*/, "", line)
            if ((" " line " ") ~ ("[ \t]" suite "[ \t]")) {
                sub(/Suites:[^\n]*/, "Suites: " suite "-backports")
                print
            }
        }' "$file"
done > backports.new
if [ -s backports.new ]; then
    mv backports.new sources.list.d/backports.sources
else
    rm backports.new
fi

if ! grep -qs -- "$suite-backports" sources.list.d/backports.list sources.list.d/backports.sources; then
    echo "backports.sh: no source of suite $suite was found in /etc/apt/sources.list or sources.list.d" >&2
    exit 1
fi
