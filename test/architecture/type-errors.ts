/** Type-checks one file as if its text, and that of others, were another, with the compiler and the settings of the project. */
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..', '..');

export interface TypeError {
  /** Counted from 1, as editors do. */
  readonly line: number;
  readonly code: number;
  readonly message: string;
}

/** What was read once, of the files that have their own text: reading all of them takes longer than checking one. */
const read = new Map<string, ts.SourceFile | undefined>();
let last: ts.Program | undefined;

/**
 * Every error in `path` (from the root of the project) when it reads `text`, and in the files that `others` gives
 * another text as well.
 */
export function typeErrorsOf(
  path: string,
  text: string,
  others: Readonly<Record<string, string>> = {},
): TypeError[] {
  const settings = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(settings.config, ts.sys, ROOT);
  const texts = new Map(
    Object.entries({ ...others, [path]: text }).map(([name, its]) => [join(ROOT, name), its]),
  );
  const host = ts.createCompilerHost(options);
  const [original, exists] = [host.getSourceFile.bind(host), host.fileExists.bind(host)];
  host.fileExists = (name) => texts.has(name) || exists(name);
  host.getSourceFile = (name, language, ...rest) => {
    const its = texts.get(name);
    if (its !== undefined) return ts.createSourceFile(name, its, language);
    if (!read.has(name)) read.set(name, original(name, language, ...rest));
    return read.get(name);
  };
  const program = (last = ts.createProgram([join(ROOT, path)], options, host, last));
  return [...texts.keys()].flatMap((name) => {
    const source = program.getSourceFile(name);
    if (!source) throw new Error(`${path} does not come to ${name}`);
    return ts.getPreEmitDiagnostics(program, source).map(({ start = 0, code, messageText }) => ({
      line: source.getLineAndCharacterOfPosition(start).line + 1,
      code,
      message: ts.flattenDiagnosticMessageText(messageText, '\n'),
    }));
  });
}
