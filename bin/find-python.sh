# Sourced by the commands of this folder: sets `python` to a Python ≥ 3.11 able to make virtual environments, or
# writes one French sentence and returns 1. $PARVIS_PYTHON, when set, is the only candidate.
find_python() {
    python=
    without_venv=
    for candidate in ${PARVIS_PYTHON:-python3.13 python3.12 python3.11 python3}; do
        status=0
        "$candidate" -I -c '
import importlib.util, sys
if sys.version_info < (3, 11):
    sys.exit(4)
sys.exit(0 if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv") else 3)' >/dev/null 2>&1 || status=$?
        if [ $status -eq 0 ]; then
            python=$candidate
            return 0
        fi
        [ $status -ne 3 ] || without_venv=${without_venv:-$candidate}
    done
    if [ -n "$without_venv" ]; then
        version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "Python $version est installé sans son module venv : ajoutez-le (sous Debian et Ubuntu : « sudo apt install python$version-venv »), puis relancez la commande." >&2
    elif [ -n "${PARVIS_PYTHON:-}" ]; then
        echo "PARVIS_PYTHON désigne « $PARVIS_PYTHON », qui n’est pas un Python 3.11 ou plus récent : corrigez cette variable ou retirez-la." >&2
    else
        echo "Parvis a besoin de Python 3.11 ou plus récent, introuvable ici : installez-le (sous Debian et Ubuntu : « sudo apt install python3 python3-venv »), puis relancez la commande." >&2
    fi
    return 1
}

# The same, except that an environment already made serves at once: its own Python is the right one.
find_python_for() {
    if [ -z "${PARVIS_PYTHON:-}" ] && [ -f "$1/.parvis-installed" ] && "$1/bin/python" -I -c '' 2>/dev/null; then
        python=$1/bin/python
        return 0
    fi
    find_python
}
