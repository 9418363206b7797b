/** Every answer, the refusals among them, tells browsers to treat it as data and to keep no copy. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

const YEAR_SECONDS = 365 * 24 * 60 * 60;

export function securityHeaders(secure: boolean) {
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
      },
    },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    // Without TLS the header would be a promise that the next request breaks.
    strictTransportSecurity: secure && { maxAge: YEAR_SECONDS, includeSubDomains: true },
  });
  return (request: IncomingMessage, response: ServerResponse): void => {
    protect(request, response, () => undefined);
    response.setHeader('Cache-Control', 'no-store');
  };
}
