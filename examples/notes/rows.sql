-- What a production database holds whose tables have their present form.
INSERT INTO notes (slug, file_path, published, content_hash) VALUES ('hello', '2025/11/hello.md', 1, 'a1'), ('draft', '2025/11/draft.md', 0, 'b2');
INSERT INTO sessions (session_token_hash, me, expires_at) VALUES ('5f3a', 'https://example.com/', '2030-01-01 00:00:00');
INSERT INTO tokens (token_hash, me, client_id, scope, expires_at) VALUES ('9c1e', 'https://example.com/', 'https://editor.example/', 'create update', '2030-01-01 00:00:00'), ('77aa', 'https://example.com/', 'https://phone.example/', 'create', '2030-01-01 00:00:00');
INSERT INTO authorization_codes (code_hash, me, client_id, redirect_uri, expires_at) VALUES ('e2b4', 'https://example.com/', 'https://editor.example/', 'https://editor.example/cb', '2030-01-01 00:00:00');
INSERT INTO auth_state (state, code_verifier, expires_at) VALUES ('s-1', 'v-1', '2030-01-01 00:00:00');
