"""The S3 bucket: objects, presigned requests, multipart uploads, set-up."""
