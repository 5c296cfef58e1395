#!/usr/bin/env bash
# Makes .venv with Python 3.13 and exactly what the locks say. UV names uv; nothing is taken from outside this folder.
set -eu -o pipefail
cd "$(dirname "$0")/.."

python_3_13() {
  local found
  for found in python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13.*/bin/python3.13; do
    if "$found" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
      "$found" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  "$UV" python find 3.13 2>/dev/null || { "$UV" python install 3.13 >/dev/null 2>&1 && "$UV" python find 3.13; }
}

if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
  python="$(python_3_13)" || {
    echo "✗ Python 3.13 was not found" >&2
    echo "  → pyenv install 3.13, or uv python install 3.13, or your system's python3.13 package; then try again" >&2
    exit 1
  }
  "$UV" venv --quiet --allow-existing --python "$python" .venv
fi

echo "  installing what requirements/*.txt lock (once, and when they change)"
"$UV" pip sync --quiet --python .venv/bin/python --require-hashes requirements/base.txt requirements/dev.txt requirements/local.txt requirements/bench.txt || {
  echo "✗ what the locks name could not be installed" >&2
  echo "  → is the package index reachable (UV_INDEX_URL, proxy), is there room on the disk? then try again" >&2
  exit 1
}
# Every uploaded file is opened in a process of its own, which may write nothing: it must find this library compiled.
.venv/bin/python -m compileall -q .venv/lib/python3.13/site-packages/pypdf
cat requirements/*.txt | cksum > .venv/.locks
