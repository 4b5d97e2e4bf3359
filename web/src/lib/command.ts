// Commands that readers copy into a shell. Names of keys come from the ledger and may hold whatever a maker of keys puts there ("$(…)",
// quotes): a value is never more than one argument.

// One argument of a POSIX shell: as it is where no character of it means anything there, else in single quotes.
export const argument = (value: string): string => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`);

// A verifier key fit for a command: of the right form, and with a name of letters, digits and the marks of addresses only. Undefined: show
// no command. That the key's id belongs to it the check of the page says.
export function keyArgument(vkey: string | null | undefined): string | undefined {
  const found = /^([\p{L}\p{N}._/:@-]{1,1024})\+[0-9a-f]{8}\+([A-Za-z0-9+/]{44})$/u.exec(vkey?.trim() ?? '');
  // A name that begins with a dash would be taken for an option.
  return found && !found[1]!.startsWith('-') ? argument(found[0]) : undefined;
}
