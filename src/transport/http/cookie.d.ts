/** What is used of the package `cookie`, which comes without types. */
declare module 'cookie' {
  /** The cookies of a header by their names; of several of one name the first. Values are percent-decoded. */
  export function parse(header: string): Readonly<Record<string, string>>;
}
