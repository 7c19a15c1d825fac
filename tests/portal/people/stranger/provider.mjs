// A provider that shares no code with Parvis: the oidc-provider package, certified by the OpenID Foundation.
//
//   node provider.mjs <folder of the oidc-provider package>     with its description, in JSON, on the standard input
//
// Its pages are the package's own development forms. Ready when it has written its issuer on the standard output; it
// stops when the standard input closes, so that no test leaves it behind.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const MOUNT = '/api/v2';

const { Provider } = await import(pathToFileURL(join(process.argv[2], 'lib', 'index.js')));
const input = createInterface({ input: process.stdin });
const [line] = await new Promise((resolve) => { input.once('line', (text) => resolve([text])); });
const { client, people, keys, levels, scopes } = JSON.parse(line);
input.on('close', () => process.exit(0));

function configuration() {
  return {
    clients: [client],
    jwks: { keys },
    acrValues: levels,
    claims: { openid: ['sub'], ...scopes },
    scopes: ['openid'],
    subjectTypes: ['pairwise'],
    pairwiseIdentifier: (_ctx, account, to) => {
      return `${createHash('sha256').update(`${to.clientId}|${account}`).digest('hex')}v1`;
    },
    findAccount: (_ctx, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id].claims }) },
    clientAuthMethods: ['client_secret_post', 'private_key_jwt'],
    enabledJWA: {
      idTokenSigningAlgValues: ['ES256', 'RS256'],
      userinfoSigningAlgValues: ['ES256', 'RS256'],
      clientAuthSigningAlgValues: ['ES256', 'RS256'],
    },
    features: {
      claimsParameter: { enabled: true },
      devInteractions: { enabled: true },
      jwtUserinfo: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    routes: {
      authorization: '/authorize',
      token: '/token',
      userinfo: '/userinfo',
      jwks: '/jwks',
      end_session: '/session/end',
    },
    ttl: { AuthorizationCode: 30, AccessToken: 60, IdToken: 60, Interaction: 1800, Session: 1800, Grant: 1800 },
    cookies: { keys: ['only for tests on the loopback address'] },
  };
}

/**
 * The development forms ask for a login and say nothing of the level reached: it is added here, from the person, or
 * from what follows the login: « strong:eidas2 » is the same person with better means.
 */
function tellLevels(provider) {
  const finish = provider.interactionFinished.bind(provider);
  provider.interactionFinished = (request, response, result, options) => {
    const [accountId, chosen] = (result.login?.accountId ?? '').split(':');
    const { acr, amr } = { ...people[accountId], ...(chosen && { acr: chosen }) };
    const told = result.login ? { ...result, login: { ...result.login, accountId, acr, amr } } : result;
    return finish(request, response, told, options);
  };
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}${MOUNT}`;
  const provider = new Provider(issuer, configuration());
  provider.on('server_error', (_ctx, error) => console.error(error));
  provider.on('grant.error', (_ctx, error) => console.error(error.error, error.error_detail));
  provider.on('authorization.error', (_ctx, error) => console.error(error.error, error.error_description));
  tellLevels(provider);
  const answer = provider.callback();
  server.on('request', (request, response) => {
    request.originalUrl = request.url;
    request.url = request.url.startsWith(MOUNT) ? request.url.slice(MOUNT.length) : '/';
    answer(request, response);
  });
  console.log(issuer);
});
