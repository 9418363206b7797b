/** Names the sources that hold nothing but types: they leave no code behind, so no run can ever cover them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The files below `folder`, with it, from which the compiler makes an empty module. */
export function typeOnly(folder) {
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ESNext,
    jsx: ts.JsxEmit.ReactJSX,
    verbatimModuleSyntax: true,
    removeComments: true,
  };
  return readdirSync(folder, { recursive: true })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
    .filter((path) => {
      if (path.endsWith('.d.ts')) return true; // of which the compiler makes no module at all
      const source = readFileSync(path, 'utf8');
      const { outputText } = ts.transpileModule(source, { compilerOptions, fileName: path });
      return ['', 'export {};'].includes(outputText.trim());
    });
}
