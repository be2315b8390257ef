#!/usr/bin/env bash
# Deletes the embedded database of this folder, after asking for its name.
set -eu
folder=.torque
[ -d "$folder" ] || { echo "There is no embedded database in this folder."; exit 0; }
if [ "${YES:-}" != 1 ]; then
  [ -t 0 ] || { echo "This deletes all data. Repeat with: make reset YES=1" >&2; exit 2; }
  read -r -p "Delete the database in $folder with all its data? Type 'reset' to do it: " answer
  [ "$answer" = reset ] || { echo "Nothing was deleted."; exit 1; }
fi
# Whoever runs the database holds this lock for as long as it lives.
if [ -e "$folder/pg.lock" ] && ! flock -n "$folder/pg.lock" true; then
  echo "Torque is running on it. Stop it first (Ctrl+C in its terminal)." >&2; exit 1
fi
rm -rf "$folder"
echo "Deleted. The next 'make run' starts with the samples again."
