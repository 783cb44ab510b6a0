// Where things lie in the module's memory: the tables, the texts, then one slot per key.

/** What was wrong with the base64 that was decoded last; zero for nothing. */
export const ERRORS: usize = 4016;
/** The running CMAC of a text that is worked on in pieces. */
export const STATE: usize = 4032;
/** The tag of a text that is worked on in pieces. */
export const TAG: usize = 4048;
/** The text, or the key, that a function works on. Up to 15 bytes behind it are read and ignored. */
export const INPUT: usize = 4096;
/** The longest text in one piece, in bytes. */
export const TEXT_BYTES: i32 = 24576;
/** The longest ciphertext in one piece, in characters. */
export const CIPHERTEXT_CHARACTERS: i32 = 32768;
/** What a function answers with. Up to 15 bytes behind it are overwritten. */
export const OUTPUT: usize = 36928;
// Four texts at a time share the place of the input with what is made of them.
/** The longest of four texts, in bytes. */
export const SHORT_TEXT_BYTES: i32 = 2048;
/** Their blocks for the CMAC, then their counters, then the encrypted texts. */
export const WORK: usize = 12352;
/** Their CMACs. */
export const STATES: usize = 20672;
/** A ciphertext before it becomes base64. */
export const SEALED: usize = 20736;

/** The first slot. */
export const SLOTS: usize = 65536;

// What a slot holds, from its start: the round keys of both halves of the key, and what depends on the key only.
export const MAC_KEYS: usize = 0;
export const COUNTER_KEYS: usize = 240;
/** To add to a padded text of less than one block: S2V's value, doubled, and the CMAC subkey of whole blocks. */
export const SHORT_MASK: usize = 480;
/** To add to the last block of a text of whole blocks. */
export const WHOLE_MASK: usize = 496;
/** S2V over the associated data, one empty component: to add to the last 16 bytes of a text. */
export const ASSOCIATED: usize = 512;
/** The CMAC subkey of a last block that was padded. */
export const PADDED_MASK: usize = 528;
/** Tink's prefix, version and key id, as every ciphertext starts with it. */
export const PREFIX: usize = 544;
export const SLOT_BYTES: i32 = 576;

export const PREFIX_BYTES: i32 = 5;
/** Prefix and tag. */
export const SEALED_BYTES: i32 = 21;
