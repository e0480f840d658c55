# The checks of tools/dev, which sources this: `check` and its parts. They use its say(), misuse(),
# quietly() and jobs().

all_sources() { find lib src test bench tools examples -name '*.h' -o -name '*.cc' 2>/dev/null | sort; }

check_format() {
  local version
  version=$(clang-format --version | sed -n 's/.*version \([0-9]*\).*/\1/p')
  if [[ "$version" != 14 ]]; then
    # Each major formats a little differently, so another one would find faults that are none.
    say "format: skipped, clang-format here is $version and the files are formatted with 14"
    return
  fi
  say "format"
  all_sources | xargs -r -P "$(jobs)" -n 16 clang-format "$@"
}

# Every public header must be usable first and alone, with both compilers, without a warning.
check_headers() {
  local stamp=build/headers.ok
  if [[ -e $stamp && -z "$(find lib/uvnet tools/checks.sh -newer $stamp)" ]]; then return; fi
  say "headers alone"
  local header compiler
  for header in lib/uvnet/*.h; do
    for compiler in g++ clang++; do printf '%s %s\n' "$compiler" "${header#lib/}"; done
  done | xargs -P "$(jobs)" -L 1 bash -c '
    echo "#include <$1>" | "$0" -std=c++20 -Ilib -fsyntax-only -Wall -Wextra -Wconversion -Wshadow \
      -Werror -x c++ - || { echo "dev: <$1> does not compile alone with $0" >&2; exit 1; }'
  mkdir -p build
  touch $stamp
}

check_rows() {
  if [[ ! -e docs/rows.md ]]; then return; fi
  say "rows"
  python3 tools/rows.py --check --require
}

check_fast() {
  check_format --dry-run -Werror
  say "floors"
  python3 tools/check_floors.py
  check_headers
  check_rows
}

# The .cc files to tidy: those that differ from where this work began, committed or not; for a changed
# header, the .cc of the same name.
changed_sources() {
  local base=
  if git rev-parse -q --verify origin/main >/dev/null; then base=$(git merge-base origin/main HEAD); fi
  # On main itself, or without a remote, the last commit is the work.
  if [[ -z "$base" || "$base" == "$(git rev-parse HEAD)" ]]; then
    base=$(git rev-parse -q --verify HEAD~1) || base=$(git hash-object -t tree /dev/null)
  fi
  {
    git diff --name-only --diff-filter=d "$base"
    git ls-files --others --exclude-standard
  } | sed 's/\.h$/.cc/' | sort -u
}

check_tidy() {
  local -a files
  if [[ "${1:-}" == all ]]; then
    mapfile -t files < <(all_sources)
  else
    mapfile -t files < <(changed_sources)
  fi
  quietly cmake --preset debug
  mapfile -t files < <(printf '%s\n' "${files[@]}" |
    python3 tools/tidy_commands.py build/debug build/tidy)
  if [[ -z "${files[*]}" ]]; then
    say "clang-tidy: no changed source"
    return
  fi
  say "clang-tidy on ${#files[@]} files"
  # Even --quiet says how many warnings it hid in others' headers.
  printf '%s\n' "${files[@]}" | xargs -P "$(jobs)" -n 1 clang-tidy -p build/tidy --quiet \
    2> >(grep -v ' warnings\? generated' >&2)
}

check() {
  local tidy=changed fix=
  while (($#)); do
    case "$1" in
      --all) tidy=all ;;
      --fast) tidy= ;;
      --fix) fix=yes ;;
      *) misuse "unknown option '$1' for check" ;;
    esac
    shift
  done
  if [[ -n "$fix" ]]; then check_format -i; fi
  check_fast
  if [[ -n "$tidy" ]]; then check_tidy "$tidy"; fi
  say "all checks passed"
}
