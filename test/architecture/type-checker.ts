/** Reads texts of files by their paths as JSON, type-checks them among those of the project, and writes what is wrong. */
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import ts from 'typescript';
import type { TypeError } from './type-errors.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const given = Object.entries(JSON.parse(await text(process.stdin)) as Record<string, string>);
const texts = new Map(given.map(([path, its]) => [join(ROOT, path), its]));
const settings = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (file) => ts.sys.readFile(file));
const { options } = ts.parseJsonConfigFileContent(settings.config, ts.sys, ROOT);
const host = ts.createCompilerHost(options);
const [read, exists] = [host.getSourceFile.bind(host), host.fileExists.bind(host)];
host.fileExists = (name) => texts.has(name) || exists(name);
host.getSourceFile = (name, language, ...rest) => {
  const its = texts.get(name);
  return its === undefined
    ? read(name, language, ...rest)
    : ts.createSourceFile(name, its, language);
};
const program = ts.createProgram([...texts.keys()], options, host);
const found = given.map(([path]) => [path, errorsIn(path)] as const);
process.stdout.write(JSON.stringify(Object.fromEntries(found)));

function errorsIn(path: string): TypeError[] {
  const source = program.getSourceFile(join(ROOT, path));
  if (!source) throw new Error(`${path} is not part of the program`);
  return ts.getPreEmitDiagnostics(program, source).map(({ start = 0, code, messageText }) => ({
    line: source.getLineAndCharacterOfPosition(start).line + 1,
    code,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));
}
