// The registry's API, from a live server or from a published folder: both answer at the same addresses, so pages do not care. Only reading
// that stands in a published folder is used for pages; what needs a live registry says so.
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly path: string,
    readonly problem?: { code?: string; detail?: string; hint?: string; pointer?: string },
  ) {
    super(problem?.detail ?? `${status} ${path}`);
  }
}

export interface Api {
  // Below /api/v1: "/supporters/bank". Throws ApiError.
  get<T>(path: string): Promise<T>;
  // Any address of the registry, as bytes: "/log/checkpoint".
  bytes(address: string): Promise<Uint8Array>;
}

export const apiPrefix = '/api/v1';

async function ask(address: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { credentials: 'omit' });
  } catch {
    throw new ApiError(0, address);
  }
  if (!response.ok) throw new ApiError(response.status, address, await response.json().catch(() => undefined));
  return response;
}

export class HttpApi implements Api {
  async get<T>(path: string): Promise<T> {
    return (await ask(apiPrefix + path)).json() as Promise<T>;
  }
  async bytes(address: string): Promise<Uint8Array> {
    return new Uint8Array(await (await ask(address)).arrayBuffer());
  }
}

// Writing: only a live registry answers. `body` is sent as it is.
export async function post<T>(path: string, body: string, type = 'application/json'): Promise<T> {
  let response: Response;
  try {
    response = await fetch(apiPrefix + path, { method: 'POST', body, headers: { 'Content-Type': type }, credentials: 'omit' });
  } catch {
    throw new ApiError(0, path);
  }
  const answer = await response.json().catch(() => undefined);
  if (!response.ok) throw new ApiError(response.status, path, answer);
  return answer as T;
}
