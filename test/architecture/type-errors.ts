/** Type-checks one file as if its text were another, with the compiler and the settings of the project. */
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..', '..');

export interface TypeError {
  /** Counted from 1, as editors do. */
  readonly line: number;
  readonly code: number;
  readonly message: string;
}

/** Every error in `path` (from the root of the project) when it reads `text`. */
export function typeErrorsOf(path: string, text: string): TypeError[] {
  const settings = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(settings.config, ts.sys, ROOT);
  const file = join(ROOT, path);
  const host = ts.createCompilerHost(options);
  const original = host.getSourceFile.bind(host);
  host.getSourceFile = (name, language, ...rest) =>
    name === file ? ts.createSourceFile(name, text, language) : original(name, language, ...rest);
  const program = ts.createProgram([file], options, host);
  const source = program.getSourceFile(file);
  return ts.getPreEmitDiagnostics(program, source).map(({ start = 0, code, messageText }) => ({
    line: (source?.getLineAndCharacterOfPosition(start).line ?? -1) + 1,
    code,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));
}
