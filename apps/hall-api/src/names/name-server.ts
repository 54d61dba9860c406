import ipaddr from "ipaddr.js";

/** Tells whether a text names a server as the resolver takes it: an address, with a port where it is not 53. */
export function isNameServer(text: string): boolean {
  const [, v6, v4, port] = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+))(?::([1-9]\d{0,4}))?$/i.exec(text) ?? [];
  if (port !== undefined && Number(port) > 65_535) return false;
  if (v4 !== undefined) return ipaddr.IPv4.isValidFourPartDecimal(v4);
  return ipaddr.IPv6.isValid(v6 ?? text) && !text.includes("%");
}
