-- Of bookings to the other big tables.
ALTER TABLE ONLY bench.bookings ADD CONSTRAINT bookings_account_fkey FOREIGN KEY (account_id) REFERENCES bench.accounts(id);
ALTER TABLE ONLY bench.bookings ADD CONSTRAINT bookings_counter_account_fkey FOREIGN KEY (counter_account_id) REFERENCES bench.accounts(id);
ALTER TABLE ONLY bench.bookings ADD CONSTRAINT bookings_document_fkey FOREIGN KEY (document_id) REFERENCES bench.documents(id);
