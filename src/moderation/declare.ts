/** How operations of this domain are declared, with their services already named. */
import { operationsFor } from '../kernel/index.ts';
import type { ModerationServices } from './services.ts';

export const operation = operationsFor<ModerationServices, null>();
