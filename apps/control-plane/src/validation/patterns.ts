/** semver.org's own expression, after a v. */
export const semanticVersion =
  '^v(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-((?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\\.(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?$';

/** The protocol's patterns in words, for people who do not read regular expressions. */
const words: Readonly<Record<string, string>> = {
  '^[\\pL\\pN\\pS\\pM\\pP\\s]+$': 'must consist of letters, digits, punctuation, symbols and spaces',
  '^[\\pL\\pN\\pS\\pM\\pP]+$': 'must consist of letters, digits, punctuation and symbols, without spaces',
  '^[\\pL\\pN\\pS\\pM\\pP\\s]{4,100}$':
    'must be 4 to 100 letters, digits, punctuation marks, symbols and spaces',
  '^[\\pL\\pN\\pS\\pM\\pP\\s]{4,100}':
    'must start with 4 or more letters, digits, punctuation marks, symbols and spaces',
  '^[^\\pC]+$': 'must not be empty and must not contain control characters',
  '^[^/]+$': 'must not be empty and must not contain a slash',
  '^\\d+\\.\\d+\\.\\d+$': 'must be a version of three numbers, as in 1.0.0',
  '^[a-zA-Z0-9][a-zA-Z0-9_-]+[a-zA-Z0-9]$':
    'must consist of the letters a to z and A to Z, digits, hyphens and underscores, and start and end with a letter or digit',
  '^[a-zA-Z_][a-zA-Z0-9_]*$':
    'must be an Avro name: letters a to z and A to Z, digits and underscores, not starting with a digit',
  '^([a-zA-Z_][a-zA-Z0-9_]*)(\\.[a-zA-Z_][a-zA-Z0-9_]*)*$':
    'must be an Avro namespace: names of letters a to z and A to Z, digits and underscores, joined by dots',
  '^.+[^\\/]$': 'must have at least 2 characters and must not end in a slash',
  '^[a-zA-Z0-9._-]+$': 'must consist of the letters a to z and A to Z, digits, dots, underscores and hyphens',
  [semanticVersion]: 'must be a semantic version with a v before it, as in v1.2.3 or v1.2.3-rc.1',
  '^[ -~]+$': 'must consist of printable ASCII characters',
};

/** What a text has to be like to match a pattern, to be read after the name of a field. */
export function accepts(pattern: string): string {
  return words[pattern] ?? `must match the regular expression ${pattern}`;
}
