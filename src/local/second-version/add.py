"""Adds a file to a zip package: python add.py PACKAGE NAME, the file's text on stdin."""

import sys
import zipfile

package, name = sys.argv[1:]
entry = zipfile.ZipInfo(name)
entry.compress_type = zipfile.ZIP_DEFLATED
# Functions run as a user that owns nothing.
entry.external_attr = 0o644 << 16
with zipfile.ZipFile(package, "a") as archive:
    if entry.filename in archive.namelist():
        sys.exit(f"{package} has {name} already")
    archive.writestr(entry, sys.stdin.read())
