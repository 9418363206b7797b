/** How operations of this domain are declared, with their services already named. */
import { operationsFor } from '../kernel/index.ts';
import type { PrivacyDomain, PrivacyServices } from './services.ts';

export const operation = operationsFor<PrivacyServices, PrivacyDomain>();
