/** The domain of an e-mail as accounts have it: lower case, one `@`. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1);
}
