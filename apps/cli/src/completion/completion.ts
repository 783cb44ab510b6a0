import { group, localCommand } from '../command/define.ts';
import { shellScripts } from './shell-scripts.ts';

const howTo: Readonly<Record<string, string>> = {
  bash: 'Add to ~/.bashrc:\n\n  eval "$(strm completion bash)"',
  zsh: 'Add to ~/.zshrc, after compinit:\n\n  source <(strm completion zsh)',
  fish: 'Once:\n\n  strm completion fish > ~/.config/fish/completions/strm.fish',
};

export const completion = group(
  'completion',
  'let your shell complete commands, flags and names with Tab',
  Object.entries(shellScripts).map(([shell, script]) =>
    localCommand({
      name: shell,
      about: `print what ${shell} needs`,
      details: howTo[shell] ?? '',
      formats: ['plain'],
      async run() {
        return { plain: () => script };
      },
    }),
  ),
);
