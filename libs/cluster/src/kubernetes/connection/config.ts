/** What programs that we start have of our environment: they find their own settings there, `PATH` and `HOME` to begin with. */
export const inherited: Readonly<Record<string, string | undefined>> = process.env;
