// SPDX-License-Identifier: Apache-2.0
//
// A certified provider of OpenID Connect (npm's oidc-provider) on loopback. Whoever types a name is
// that person. Says on standard output where it is once it listens.
// usage: node provider.mjs SETTINGS, JSON: packages, port, client, secret, redirect, groups (a
// file: lists by person, read at each sign-in)
import {createRequire} from 'node:module';
import http from 'node:http';
import path from 'node:path';
import {readFileSync} from 'node:fs';
import {generateKeyPairSync, randomUUID} from 'node:crypto';
import {pathToFileURL} from 'node:url';

const settings = JSON.parse(process.argv[2]);
const require = createRequire(path.join(settings.packages, 'package.json'));
const {Provider} = await import(pathToFileURL(require.resolve('oidc-provider')));

const server = http.createServer();
await new Promise((ready) => { server.listen(settings.port, '127.0.0.1', ready); });
const issuer = `http://127.0.0.1:${server.address().port}`;
const key = generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey.export({format: 'jwk'});

const provider = new Provider(issuer, {
  jwks: {keys: [{...key, kid: randomUUID(), use: 'sig', alg: 'RS256'}]},
  clients: [{
    client_id: settings.client,
    client_secret: settings.secret,
    redirect_uris: [settings.redirect],
    response_types: ['code'],
    grant_types: ['authorization_code'],
  }],
  pkce: {required: () => true},
  cookies: {keys: [randomUUID()]},
  claims: {openid: ['sub'], profile: ['preferred_username', 'groups']},
  conformIdTokenClaims: false,
  findAccount: (context, id) => ({
    accountId: id,
    // "kim#2" is somebody else who is called kim, too.
    claims: () => ({
      sub: id,
      preferred_username: id.split('#')[0],
      groups: JSON.parse(readFileSync(settings.groups, 'utf8'))[id] ?? [],
    }),
  }),
});
server.on('request', provider.callback());
console.log(issuer);
