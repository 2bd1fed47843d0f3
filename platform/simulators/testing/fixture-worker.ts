export default {
  async fetch(request: Request, env: any): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === "/host") return Response.json({ host: url.host, name: env.NAME ?? null });
    return Response.json(await env.AI.run("@cf/meta/llama-3.1-8b-instruct", { prompt: "hi" }));
  },
};
