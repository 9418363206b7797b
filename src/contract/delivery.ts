/** How a refresh token changes hands: in bodies for programs, in a cookie that no script can read for browsers. */
import { z } from 'zod';

/** Said by the caller; the server never guesses it from what else comes with a request. */
export const Delivery = z.enum(['body', 'cookie']);
export type Delivery = z.infer<typeof Delivery>;

/**
 * The cookie of one server. Browsers take a name with this prefix only with `Secure`, with `Path=/` and without
 * `Domain` (RFC 6265bis §4.1.3.2): no other host can have set it, and none gets it.
 */
export const REFRESH_COOKIE = '__Host-conclave-refresh';
