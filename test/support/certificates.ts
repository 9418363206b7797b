/** Certificates of a test: an authority of its own, and what that vouches for. */
import { generate, type CertificateExtension } from 'selfsigned';

/** Certificate and private key, in PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

const EC = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

export async function authority(name: string): Promise<Identity> {
  const extensions: CertificateExtension[] = [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ];
  const made = await generate([{ name: 'commonName', value: name }], { ...EC, extensions });
  return { cert: made.cert, key: made.private };
}

/** For a name, or for an address. */
export async function certificateFor(host: string, ca: Identity): Promise<Identity> {
  const named = /^[\d.]+$/.test(host)
    ? ({ type: 7, ip: host } as const)
    : ({ type: 2, value: host } as const);
  const extensions: CertificateExtension[] = [{ name: 'subjectAltName', altNames: [named] }];
  const made = await generate([{ name: 'commonName', value: host }], { ...EC, ca, extensions });
  return { cert: made.cert, key: made.private };
}
