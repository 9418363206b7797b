/** The ways a letter leaves the server. */
export { outboxPost, type OutboxOptions } from './outbox.ts';
export { smtpPost, type SmtpOptions } from './smtp.ts';
