/** What a shell loads so that Tab asks `strm` for the words that may follow. */
export const shellScripts: Readonly<Record<string, string>> = {
  bash: `# eval "$(strm completion bash)"
_strm_complete() {
  local IFS=$'\\n'
  local candidates
  candidates=$(strm __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return
  if [[ $candidates == ':files' ]]; then
    compopt -o default
    COMPREPLY=()
    return
  fi
  COMPREPLY=()
  local candidate
  for candidate in $candidates; do
    COMPREPLY+=("$(printf '%q' "\${candidate%%$'\\t'*}")")
  done
}
complete -F _strm_complete strm`,
  zsh: `#compdef strm
# source <(strm completion zsh)
_strm() {
  local -a candidates
  candidates=("\${(@f)$(strm __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ $candidates[1] == ':files' ]]; then
    _files
    return
  fi
  local -a described
  local candidate
  for candidate in $candidates; do
    [[ -n $candidate ]] && described+=("\${\${candidate%%$'\\t'*}//:/\\\\:}:\${candidate#*$'\\t'}")
  done
  _describe strm described
}
if [[ $funcstack[1] == _strm ]]; then _strm "$@"; else compdef _strm strm; fi`,
  fish: `# strm completion fish | source
function __strm_complete
  set -l found (strm __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)
  if test "$found[1]" = ':files'
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete -c strm -f -a '(__strm_complete)'`,
};
