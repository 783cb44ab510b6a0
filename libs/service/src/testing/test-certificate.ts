/** A certificate for localhost that signs itself, valid for a hundred years, and its key. It protects nothing. */
export function testCertificate(): { readonly cert: string; readonly key: string } {
  return { cert, key };
}

/** Another one, for a change of certificates. */
export function otherTestCertificate(): { readonly cert: string; readonly key: string } {
  return { cert: otherCert, key: otherKey };
}

const cert = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUEqyT5g9iZnYJ0yy4AW8t+KFK+sswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE4MjQ1NVoYDzIxMjYxMDMw
MTgyNDU1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ9877tNDOGfntSgtMwJtgeJBrx3vp+Xj0dry2ylKfSYauHGSjPukLM
PhVXStxLwfUbKLePhbKa7yoc8VHfl4k8o28wbTAdBgNVHQ4EFgQUPBCzr5XS62nx
KzJuVviaCefVR6IwHwYDVR0jBBgwFoAUPBCzr5XS62nxKzJuVviaCefVR6IwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgTVhE6ZKEp96UBXn2tT6VBKE5J8EGhXE0hfvQNdhgKd0CIQDh
8ZbnbPPD80khEIS9OliEr67+XopTt6TNSiXqoDtbEA==
-----END CERTIFICATE-----
`;

const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFmX5x0+waVFEvg2V
l8O0g9Mm0LKichB3uIT8Q/WFvtahRANCAAQ9877tNDOGfntSgtMwJtgeJBrx3vp+
Xj0dry2ylKfSYauHGSjPukLMPhVXStxLwfUbKLePhbKa7yoc8VHfl4k8
-----END PRIVATE KEY-----
`;

const otherCert = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIURCCxY3gXwxiBCTYsoCF+psyMa7UwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyOTE2MzcyOFoYDzIxMjYxMTA1
MTYzNzI4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAT91QhhRp3D6aIoWVDfuaRk/WTV9S/b+lXLuiU1+JfvoA38eqn8NrYs
+V/llRztQm4bjOPgiqyFvGKiedEvm/Doo28wbTAdBgNVHQ4EFgQUAOPxBS5Nx7yR
3B/1kARIw2rjfBswHwYDVR0jBBgwFoAUAOPxBS5Nx7yR3B/1kARIw2rjfBswDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhAMXZFpmguhz1f1V1a5r+fQ5lKYilGpFt7Yrp4EDX1qnUAiAu
eAreGYVwKjDY7VUuH0KjdGUm5l9OcrKQUE+hvqkCSw==
-----END CERTIFICATE-----
`;

const otherKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFpT9L5lVzE0uAeO0
LDxRORnv0p+sHP2pBp3pGxUqYPuhRANCAAT91QhhRp3D6aIoWVDfuaRk/WTV9S/b
+lXLuiU1+JfvoA38eqn8NrYs+V/llRztQm4bjOPgiqyFvGKiedEvm/Do
-----END PRIVATE KEY-----
`;
