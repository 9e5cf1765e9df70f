-- What a production database of release 0.9 holds.
INSERT INTO notes (slug, file_path, published, content_hash) VALUES ('hello', '2025/11/hello.md', 1, 'a1'), ('draft', '2025/11/draft.md', 0, 'b2');
INSERT INTO sessions (session_token_hash, me, expires_at) VALUES ('5f3a', 'https://example.com/', '2030-01-01 00:00:00');
INSERT INTO tokens (token, me, scope) VALUES ('plain-1', 'https://example.com/', 'create'), ('plain-2', 'https://example.com/', 'create');
INSERT INTO auth_state (state, expires_at) VALUES ('s-1', '2030-01-01 00:00:00');
