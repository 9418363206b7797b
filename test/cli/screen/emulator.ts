/** The terminal emulator of the stories, however the module that brings it is loaded. */
import * as headless from '@xterm/headless';

type Headless = typeof headless;

// As CommonJS it is all of the module; imported from an ES module it is the default export.
const { default: inner }: { default?: Headless } = headless as { default?: Headless };

export const { Terminal } = inner ?? headless;
export type Emulator = InstanceType<Headless['Terminal']>;
