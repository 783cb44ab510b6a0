/** What a client is asked to do, as a message (see MeasuredClient). */
export type Work =
  | { readonly what: 'produce'; readonly topic: string; readonly calls: number; readonly size: number }
  | { readonly what: 'consume'; readonly topic: string; readonly count: number }
  | { readonly what: 'copy'; readonly source: string; readonly target: string; readonly count: number };

/** CPU time of the whole work, user and system, or why there is none. */
export type Answer = { readonly micros: number } | { readonly problem: string };
