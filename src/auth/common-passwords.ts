/** The passwords that everybody tries first, loaded once and only when a password is chosen. */

let loaded: Promise<ReadonlySet<string>> | null = null;

/**
 * True for the most common passwords (tens of thousands, from zxcvbn's list of leaked ones), in any case, also
 * with up to five digits or signs after them: `Password1!` satisfies every character class and protects nobody.
 */
export async function isCommon(password: string): Promise<boolean> {
  const common = await (loaded ??= load());
  const text = password.toLowerCase();
  return common.has(text) || common.has(text.replace(/[^\p{L}]{1,5}$/u, ''));
}

async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common'].map((word) => word.toLowerCase()));
}
