/** What each shell is to run. They hand the words on, and `key __complete` says what may follow. */
export const SCRIPTS = {
  bash: `# Completion of key for bash. In ~/.bashrc: source <(key completion bash)
_key() {
  local files='' value='' rest='' quoted='' cur="\${COMP_WORDS[COMP_CWORD]}"
  local typed="\${cur#[\\"\\']}"
  COMPREPLY=()
  if [ "$cur" = = ]; then typed=; fi
  {
    read -r files
    while IFS=$'\\t' read -r value rest; do
      [[ $value == "\${typed//\\\\/}"* ]] || continue
      if [[ $cur == [\\"\\']* ]]; then quoted=$value; else printf -v quoted %q "$value"; fi
      COMPREPLY+=("$quoted")
    done
  } < <(key __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" "$typed" 2>/dev/null)
  case $files in
    files) compopt -o default 2>/dev/null ;;
    directories) compopt -o dirnames 2>/dev/null ;;
  esac
}
complete -F _key key
`,
  zsh: `#compdef key
# Completion of key for zsh. As _key in a folder of $fpath, or in ~/.zshrc behind compinit: source <(key completion zsh)
_key() {
  local -a lines described
  local line value
  lines=("\${(@f)$(key __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${(@)lines[2,-1]}"; do
    value=\${line%%$'\\t'*}
    described+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( $#described )) && _describe -t values key described
  case $lines[1] in
    files) _files ;;
    directories) _files -/ ;;
  esac
}
if [ "$funcstack[1]" = _key ]; then _key "$@"; else compdef _key key; fi
`,
  fish: `# Completion of key for fish. In ~/.config/fish/completions/key.fish, or: key completion fish | source
function __key_complete
    set -l words (commandline -opc)
    set -l lines (key __complete -- $words[2..] (commandline -ct) 2>/dev/null)
    switch "$lines[1]"
        case files
            __fish_complete_path (commandline -ct)
        case directories
            __fish_complete_directories (commandline -ct)
    end
    if test (count $lines) -gt 1
        printf '%s\\n' $lines[2..]
    end
end
complete -c key -f -a '(__key_complete)'
`,
} as const;

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
