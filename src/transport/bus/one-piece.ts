/** A frame that goes to a whole room is one buffer, made once: each connection costs one write of one piece. */

/** What socket.io-adapter 2.5 encodes once for all connections: the WebSocket frame, as its head and its body. */
interface Encoding {
  _encode?: (packet: unknown, options: { wsPreEncodedFrame?: readonly Buffer[] }) => unknown;
}

/**
 * Joins the two pieces: ws corks and gathers two pieces for each connection, and writes one as it is (what that
 * brings is in docs/performance.md). An adapter without that encoding is left as it is.
 */
export function inOnePiece<Adapter extends object>(adapter: Adapter): Adapter {
  const encoding: Encoding = adapter;
  const encode = encoding._encode?.bind(adapter);
  if (!encode) return adapter;
  encoding._encode = (packet, options) => {
    const encoded = encode(packet, options);
    const { wsPreEncodedFrame: pieces } = options;
    if (pieces) options.wsPreEncodedFrame = [Buffer.concat(pieces)];
    return encoded;
  };
  return adapter;
}
