/** The least that a proxy in workerd can do: everything above what this costs is what our platform adds. */
export default {
  fetch(request: Request, env: { readonly UPSTREAM: string }): Promise<Response> {
    const { pathname } = new URL(request.url);
    return fetch(new Request(`${env.UPSTREAM}${pathname}`, request));
  },
};
