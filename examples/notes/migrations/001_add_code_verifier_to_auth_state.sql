-- A pending sign-in keeps the verifier that its authorization request was made with (PKCE).
ALTER TABLE auth_state ADD COLUMN code_verifier TEXT NOT NULL DEFAULT '';
