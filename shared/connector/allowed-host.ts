/**
 * Whether a URL leads to one of a connector's hosts, over HTTPS on the default port, without user name or password.
 * @param hosts `api.ebay.com`; `*.myshopify.com` for one label before it
 */
export function isAllowedHost(url: string, hosts: readonly string[]): boolean {
  const target = URL.parse(url);
  if (target?.protocol !== "https:" || target.port !== "" || target.username !== "" || target.password !== "") {
    return false;
  }
  return hosts.some((host) => {
    if (!host.startsWith("*.")) return target.hostname === host;
    const own = target.hostname.slice(0, -(host.length - 1));
    return target.hostname.endsWith(host.slice(1)) && own !== "" && !own.includes(".");
  });
}
