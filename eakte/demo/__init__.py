"""What does the demo office consist of, and how do its letters come to look like scans?"""
