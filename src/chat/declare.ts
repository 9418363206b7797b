/** How operations of this domain are declared, with their services already named. */
import { groupedOperationsFor, operationsFor } from '../kernel/index.ts';
import type { ChatDomain, ChatGlances, ChatGrouped, ChatServices } from './services.ts';

export const operation = operationsFor<ChatServices, ChatDomain>();
export const glance = operationsFor<ChatGlances, ChatDomain, 'glance'>();
export const groupedOperation = groupedOperationsFor<ChatGrouped, ChatDomain>();
