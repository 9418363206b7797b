/** Type-checks files as if their texts were others, with the compiler and the settings of the project. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

const CHECKER = join(import.meta.dirname, 'type-checker.ts');
const MOST_BYTES = 16 * 1024 * 1024;

export interface TypeError {
  /** Counted from 1, as editors do. */
  readonly line: number;
  readonly code: number;
  readonly message: string;
}

/**
 * Every error in each of the files, by path from the root of the project, when it reads the text that is given; it need
 * not be there. One program holds all of them, because the types of the whole server cost far more than a file does. A
 * process of its own does it: what the compiler holds is given back, and it is not measured what of the compiler is covered.
 */
export async function typeErrorsOf<Path extends string>(
  texts: Readonly<Record<Path, string>>,
): Promise<Record<Path, readonly TypeError[]>> {
  const said = await new Promise<string>((resolve, reject) => {
    const args = ['--import=tsx', CHECKER];
    const options = { maxBuffer: MOST_BYTES };
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr, { cause: error }));
      else resolve(stdout);
    });
    child.stdin?.end(JSON.stringify(texts));
  });
  return JSON.parse(said) as Record<Path, readonly TypeError[]>;
}
