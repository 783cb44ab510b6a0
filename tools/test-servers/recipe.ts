/** What a recipe works with. */
export interface Kitchen {
  /** The folder that is filled. */
  readonly cache: string;
  /** One line of progress. */
  readonly say: (line: string) => void;
}

/** How one server comes to this machine. */
export interface Recipe {
  /** Where it comes from and how much that is, for people. */
  readonly from: string;
  /** Brings what is missing. Throws an error whose message says what a person can do. */
  readonly install: (kitchen: Kitchen) => Promise<void>;
}
